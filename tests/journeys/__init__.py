"""Whole stories in a real browser: Debian's Chromium, driven by Playwright, judged by axe."""

"""What pages of an account show: devices by name, the provider of a single sign-on."""

from django import template
from django.conf import settings
from django.utils.translation import gettext as _

register = template.Library()

# the first that fits; a browser also names those it descends from
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Windows": "Windows",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@register.filter
def device(user_agent: str) -> str:
    """A browser and its system by name; what neither is known of, by its own words."""
    browser = next((name for word, name in BROWSERS.items() if word in user_agent), "")
    system = next((name for word, name in SYSTEMS.items() if word in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or user_agent[:60] or _("Unknown")


@register.simple_tag
def single_sign_on_name() -> str:
    """The provider people may sign in with; nothing without one."""
    return settings.OIDC_NAME if settings.OIDC_ISSUER else ""

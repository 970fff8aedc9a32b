"""Addresses of the statements room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""Addresses of the reconciliation room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

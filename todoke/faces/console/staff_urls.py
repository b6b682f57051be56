"""Addresses of log-in, security, invitations, office and audit pages."""

from django.urls import path

from todoke.faces.console import login

urlpatterns = [
    path("login/", login.login, name="login"),
    path("login/passkey/begin/", login.passkey_begin, name="passkey-begin"),
    path("login/passkey/finish/", login.passkey_finish, name="passkey-finish"),
    path("logout/", login.logout, name="logout"),
]

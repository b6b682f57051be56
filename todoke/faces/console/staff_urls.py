"""Addresses of log-in, security, invitations, office and audit pages."""

from django.urls import path

from todoke.faces.console import audit, enrolment, invitation, login, office, security

urlpatterns = [
    path("login/", login.login, name="login"),
    path("login/passkey/begin/", login.passkey_begin, name="passkey-begin"),
    path("login/passkey/finish/", login.passkey_finish, name="passkey-finish"),
    path("logout/", login.logout, name="logout"),
    path("security/", security.security, name="security"),
    path("security/passkey/begin/", security.passkey_add_begin, name="passkey-add-begin"),
    path("security/passkey/finish/", security.passkey_add_finish, name="passkey-add-finish"),
    path("security/passkey/remove/", security.passkey_remove, name="passkey-remove"),
    path("security/password/", security.password, name="password"),
    path("security/code/", security.one_time_code, name="one-time-code"),
    path("security/code/qr.svg", enrolment.totp_qr, name="totp-qr"),
    path("security/logout-everywhere/", security.logout_everywhere, name="logout-everywhere"),
    path("invitation/<str:secret>/", invitation.invitation, name="invitation"),
    path("invitation/<str:secret>/passkey/begin/", invitation.passkey_begin, name="invitation-passkey-begin"),
    path("invitation/<str:secret>/passkey/finish/", invitation.passkey_finish, name="invitation-passkey-finish"),
    path("office/", office.office, name="office"),
    path("office/invite/", office.invite, name="office-invite"),
    path("office/reinvite/", office.reinvite, name="office-reinvite"),
    path("office/role/", office.role, name="office-role"),
    path("office/deactivate/", office.deactivate, name="office-deactivate"),
    path("audit/", audit.audit, name="audit"),
]

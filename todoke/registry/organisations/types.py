"""Kinds and roles of the prefecture's organisations."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    """Prefecture and municipalities are legal persons; departments and offices are parts of one."""

    PREFECTURE = "prefecture", _("都道府県")
    MUNICIPALITY = "municipality", _("市区町村")
    DEPARTMENT = "department", _("部局")
    OFFICE = "office", _("課・室")


class Role(TextChoices):
    """What an officer may do in an organisation."""

    OFFICER = "officer", _("担当者")
    APPROVER = "approver", _("決裁者")
    ADMINISTRATOR = "administrator", _("課の管理者")
    AUDITOR = "auditor", _("監査担当")
    PLATFORM = "platform", _("基盤の管理者")

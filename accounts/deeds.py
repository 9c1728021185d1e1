"""What the audit trail records, by code: one table of words for the pages and for the desk of staff."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_POSTINGS = ("need", "program", "course", "expert")

DEEDS: dict[str, str | Promise] = {
    # Organisations, their members and keys
    "register_organisation": _("Registered"),
    "change_organisation": _("Changed"),
    "settle_standing": _("Standing settled"),
    "change_enterprise": _("Industry and markets changed"),
    "assess_readiness": _("Readiness assessed"),
    "correct_assessment": _("Assessment corrected"),
    "invite_member": _("Member invited"),
    "accept_invitation": _("Invitation accepted"),
    "revoke_invitation": _("Invitation revoked"),
    "change_role": _("Role changed"),
    "remove_member": _("Member removed"),
    "leave_organisation": _("Organisation left"),
    "hand_over": _("Handed over"),
    "give_token": _("Token made"),
    "revoke_token": _("Token revoked"),
    # What is posted
    **{f"create_{kind}": _("Written") for kind in (*_POSTINGS, "base")},
    **{f"change_{kind}": _("Changed") for kind in (*_POSTINGS, "base")},
    **{f"copy_{kind}": _("Begun as a copy") for kind in _POSTINGS},
    **{f"publish_{kind}": _("Published") for kind in _POSTINGS},
    **{f"close_{kind}": _("Closed") for kind in (*_POSTINGS, "base")},
    "reopen_expert": _("Begun anew"),
    "add_intake": _("Intake added"),
    "change_intake": _("Intake changed"),
    "remove_intake": _("Intake removed"),
    "add_run": _("Run added"),
    "change_run": _("Run changed"),
    "cancel_run": _("Run cancelled"),
    # People
    "create_profile": _("Profile made"),
    "change_profile": _("Changed"),
    "switch_matching": _("Matching switched"),
    "ask_link": _("Link asked for"),
    "ask_student": _("Student asked by address"),
    "answer_link": _("Link answered"),
    "end_link": _("Link ended"),
    "confirm_claim": _("Skill confirmed"),
    "withdraw_confirmation": _("Confirmation withdrawn"),
    # The platform
    "edit_near_skill": _("Near skill edited"),
}

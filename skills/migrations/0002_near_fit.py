import uuid

import django.db.models.deletion
from django.db import migrations, models


def give_public_ids(apps, schema_editor):
    for fit in apps.get_model("skills", "NearFit").objects.filter(public_id=None):
        fit.public_id = uuid.uuid4()
        fit.save(update_fields=["public_id"])


class Migration(migrations.Migration):
    dependencies = [("skills", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="framework",
            name="loaded_from",
            field=models.CharField(
                blank=True, default="", help_text="fingerprint of the files it was read from", max_length=64
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="nearfit",
            name="framework",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="near_fits",
                to="skills.framework",
            ),
        ),
        migrations.AddField(
            model_name="nearfit",
            name="digest",
            field=models.CharField(
                blank=True, default="", help_text="of all that it was made from", max_length=64
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="nearfit",
            name="edits",
            field=models.PositiveIntegerField(default=0, help_text="edits by staff since"),
        ),
        migrations.AddField(
            model_name="nearfit",
            name="pairs",
            field=models.JSONField(default=dict, help_text="how many pairs each source gave"),
        ),
        migrations.AddField(
            model_name="nearfit", name="public_id", field=models.UUIDField(editable=False, null=True)
        ),
        migrations.RunPython(give_public_ids, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="nearfit",
            name="public_id",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AddField(
            model_name="nearskill",
            name="details",
            field=models.JSONField(blank=True, default=dict, help_text="what the reason rests on"),
        ),
        migrations.AlterField(
            model_name="nearskill",
            name="wanted",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="near_skills",
                to="skills.skill",
                verbose_name="skill asked for",
            ),
        ),
        migrations.AlterField(
            model_name="nearskill",
            name="held",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="skills.skill",
                verbose_name="skill held",
            ),
        ),
        migrations.AlterField(
            model_name="nearskill", name="value", field=models.FloatField(verbose_name="how far it shows")
        ),
        migrations.AlterField(
            model_name="nearskill",
            name="source",
            field=models.CharField(
                choices=[
                    ("staff", "edited by staff"),
                    ("same", "the same skill"),
                    ("framework", "the framework's own relations"),
                    ("likeness", "names and descriptions"),
                    ("together", "asked for together"),
                ],
                max_length=20,
                verbose_name="source",
            ),
        ),
        migrations.AlterField(
            model_name="nearskill",
            name="reason",
            field=models.CharField(
                choices=[
                    ("narrower", "a special case of it"),
                    ("related", "related in the framework"),
                    ("broader", "the wider field it belongs to"),
                    ("same", "the same skill in another framework"),
                    ("successor", "the skill that replaced it"),
                    ("predecessor", "the skill that it replaced"),
                    ("alike", "their names and descriptions are alike"),
                    ("together", "asked for together"),
                    ("judged", "the platform's staff judged so"),
                ],
                help_text="what the held skill is to the wanted one",
                max_length=40,
                verbose_name="reason",
            ),
        ),
        migrations.RemoveConstraint(model_name="nearskill", name="nearskill_value_in_0_1"),
        migrations.AddConstraint(
            model_name="nearskill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("value__gt", 0), ("value__lte", 0.6)),
                    ("value", 1),
                    models.Q(("source", "staff"), ("value", 0)),
                    _connector="OR",
                ),
                name="nearskill_value_near_or_same",
            ),
        ),
    ]

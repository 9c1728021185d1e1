import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("skills", "0002_near_fit")]

    operations = [
        migrations.CreateModel(
            name="SameAs",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("label", "their labels agree"),
                            ("aliases", "each is another name of the other"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="skills.skill"),
                ),
                (
                    "skill",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="skills.skill"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("skill", "other"), name="sameas_once_a_pair"),
                    models.CheckConstraint(
                        condition=models.Q(("skill__lt", models.F("other"))), name="sameas_older_first"
                    ),
                ],
            },
        ),
    ]

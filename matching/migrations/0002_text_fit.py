import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("matching", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="TextFit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=60, unique=True)),
                ("fitted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("texts", models.PositiveIntegerField(help_text="how many texts it was fitted on")),
                ("content", models.JSONField(help_text="the words, their weights, and which may be shown")),
            ],
            options={"ordering": ["-fitted_at", "-id"]},
        ),
    ]

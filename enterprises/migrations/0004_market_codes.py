from django.db import migrations

# The codes that are written anew, and what they become: two stood for a country and what lies beside it.
ANEW = {
    "sea": ["035"],
    "uk": ["gb"],
    "la": ["419"],
    "sa": ["034"],
    "me": ["145"],
    "af": ["002"],
    "au": ["053"],
    "cis": ["ru", "143"],
    "hk": ["hk", "mo"],
}
BACK = {new: [old] for old, several in ANEW.items() for new in several}


def forwards(apps, schema_editor):
    _rewrite(apps, schema_editor, ANEW)


def backwards(apps, schema_editor):
    _rewrite(apps, schema_editor, BACK)


def _rewrite(apps, schema_editor, codes):
    """Each firm's markets in their order, each once; a code that is not named stays."""
    enterprises = apps.get_model("enterprises", "Enterprise").objects.using(schema_editor.connection.alias)
    for row in enterprises.exclude(target_markets=[]).iterator():
        row.target_markets = list(dict.fromkeys(new for old in row.target_markets for new in codes.get(old, [old])))
        row.save(update_fields=["target_markets"])


class Migration(migrations.Migration):

    dependencies = [
        ('enterprises', '0003_posts'),
    ]

    operations = [
        migrations.RunPython(forwards, backwards),
    ]

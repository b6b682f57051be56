from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reach", "0004_notice_nonce")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="lift_reason",
            field=models.CharField(blank=True, default="", help_text="Why the prefecture lifts it", max_length=300),
            preserve_default=False,
        ),
    ]

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("passes", "0001_initial")]
    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION passes_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'scans are only ever added to'; END $$;
            CREATE TRIGGER passes_scan_only_added_to BEFORE UPDATE OR DELETE ON passes_scan
            FOR EACH ROW EXECUTE FUNCTION passes_refuse_change();
            """,
            "DROP TRIGGER passes_scan_only_added_to ON passes_scan; DROP FUNCTION passes_refuse_change()",
        )
    ]

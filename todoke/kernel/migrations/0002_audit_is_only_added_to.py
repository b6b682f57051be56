from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION kernel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'the audit trail is only ever added to'; END $$;
            CREATE TRIGGER kernel_audit_entry_only_added_to BEFORE UPDATE OR DELETE ON kernel_audit_entry
            FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
            """,
            "DROP TRIGGER kernel_audit_entry_only_added_to ON kernel_audit_entry; DROP FUNCTION kernel_refuse_change()",
        )
    ]

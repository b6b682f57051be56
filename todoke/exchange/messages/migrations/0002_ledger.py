import django.db.models.deletion
from django.db import migrations, models

import todoke.exchange.messages.types
import todoke.kernel.ids
import todoke.kernel.sealed
from todoke.exchange.messages.partitions import make_partitions
from todoke.kernel import clock

ASIDE = """
    ALTER TABLE messages_message RENAME TO messages_message_before;
    ALTER TABLE messages_delivery RENAME TO messages_delivery_before;
    ALTER TABLE messages_message_before RENAME CONSTRAINT messages_message_pkey TO messages_message_before_pkey;
    ALTER TABLE messages_delivery_before RENAME CONSTRAINT messages_delivery_pkey TO messages_delivery_before_pkey;
    ALTER TABLE messages_delivery_before DROP CONSTRAINT delivery_state;
    DROP INDEX message_newest;
    DROP INDEX delivery_state_index;
"""

MESSAGES = """
    CREATE TABLE messages_message (
        id uuid NOT NULL PRIMARY KEY,
        resident_id uuid,
        wording_id bigint,
        created_at timestamptz NOT NULL,
        read_at timestamptz,
        language varchar(10) NOT NULL,
        municipality_code varchar(5) NOT NULL DEFAULT '',
        values text NOT NULL DEFAULT '',
        sender varchar(120) NOT NULL DEFAULT '',
        about varchar(80) NOT NULL DEFAULT '',
        subject varchar(200) NOT NULL DEFAULT '',
        body text NOT NULL DEFAULT ''
    ) PARTITION BY RANGE (id);
    CREATE INDEX message_about ON messages_message (about) WHERE NOT about = '';
    CREATE TABLE messages_message_default PARTITION OF messages_message DEFAULT;
"""

DELIVERIES = """
    CREATE TABLE messages_delivery (
        message_id uuid NOT NULL,
        resident_id uuid,
        channel varchar(10) NOT NULL,
        state varchar(10) NOT NULL,
        failure varchar(20) NOT NULL DEFAULT '',
        priority smallint NOT NULL CHECK (priority >= 0),
        attempts smallint NOT NULL CHECK (attempts >= 0),
        contact bigint,
        changed_at timestamptz NOT NULL,
        next_attempt_at timestamptz,
        address varchar(254) NOT NULL DEFAULT '',
        provider_id varchar(100) NOT NULL DEFAULT '',
        PRIMARY KEY (message_id, channel),
        CONSTRAINT delivery_state CHECK (
            state IN ('created', 'sending', 'sent', 'delivered', 'read', 'failed', 'skipped')),
        CONSTRAINT delivery_failure CHECK (
            failure IN ('', 'unknown_address', 'refused', 'not_allowed', 'too_many', 'timeout', 'provider_down',
            'unclear', 'expired', 'stopped', 'channel_off'))
    ) PARTITION BY RANGE (message_id);
    CREATE INDEX delivery_inbox ON messages_delivery (resident_id, message_id DESC) WHERE resident_id IS NOT NULL;
    CREATE INDEX delivery_due ON messages_delivery (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
    CREATE INDEX delivery_provider_id ON messages_delivery (provider_id) WHERE NOT provider_id = '';
    CREATE TABLE messages_delivery_default PARTITION OF messages_delivery DEFAULT;
"""

ROWS = """
    INSERT INTO messages_message
        (id, resident_id, created_at, read_at, language, municipality_code, sender, about, subject, body)
    SELECT m.id, m.resident_id, m.created_at, m.read_at, m.language, coalesce(h.municipality_code, ''), m.sender,
        m.about, m.subject, m.body
    FROM messages_message_before m LEFT JOIN people_resident r ON r.id = m.resident_id
    LEFT JOIN people_household h ON h.id = r.household_id;

    INSERT INTO messages_cause (key, message_id) SELECT key, id FROM messages_message_before;

    INSERT INTO messages_delivery
        (message_id, resident_id, channel, state, failure, priority, attempts, changed_at, next_attempt_at, address)
    SELECT message_id, CASE channel WHEN 'inbox' THEN resident_id END, channel,
        CASE WHEN state = 'queued' THEN 'created' WHEN channel = 'inbox' AND read_at IS NOT NULL THEN 'read' ELSE state END,
        CASE WHEN error = '' THEN '' WHEN error = 'address refused' THEN 'unknown_address' ELSE 'provider_down' END,
        2, least(attempts, 32767), changed_at, CASE state WHEN 'queued' THEN now() END, address
    FROM messages_delivery_before d JOIN messages_message m ON m.id = d.message_id;

    DROP TABLE messages_delivery_before, messages_message_before;
    DELETE FROM procrastinate_jobs WHERE task_name = 'messages.deliver_email' AND status = 'todo';
"""

REPLIES = """
    CREATE FUNCTION messages_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        -- needs are written again, with the same words, under a newer key
        IF TG_OP = 'UPDATE' AND (NEW.id, NEW.message_id, NEW.answer, NEW.at, NEW.via)
            IS NOT DISTINCT FROM (OLD.id, OLD.message_id, OLD.answer, OLD.at, OLD.via) THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'replies are only ever added to';
    END $$;
    CREATE TRIGGER messages_reply_only_added_to BEFORE UPDATE OR DELETE ON messages_reply
    FOR EACH ROW EXECUTE FUNCTION messages_refuse_change();
"""


def carry_over(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT min(created_at) FROM messages_message_before")
        oldest = cursor.fetchone()[0]
        make_partitions(cursor, since=oldest.astimezone(clock.JAPAN).date() if oldest else clock.today())
        cursor.execute(ROWS)


class Migration(migrations.Migration):
    dependencies = [
        ("messages", "0001_initial"),
        ("people", "0006_whereabouts_and_helpers"),
        ("procrastinate", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Wording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("about", models.CharField(help_text="kind:key of what it is about: alert:12", max_length=80)),
                ("sender", models.CharField(max_length=120)),
                ("variant", models.CharField(blank=True, help_text="For whom it differs: helper, deaf", max_length=40)),
                (
                    "priority",
                    models.PositiveSmallIntegerField(default=todoke.exchange.messages.types.Priority["NORMAL"]),
                ),
                ("drill", models.BooleanField(default=False)),
                (
                    "spread",
                    models.BooleanField(
                        default=False, help_text="To all channels of a person at once, not one after the other"
                    ),
                ),
                ("texts", models.JSONField(help_text="By language: subject, body, short")),
                (
                    "words",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="By gap, value and language: what stands for a value: the name of a shelter",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "stopped_at",
                    models.DateTimeField(help_text="Called back: what is not sent yet stays here", null=True),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["about"], name="wording_about")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("priority__lte", 3)), name="wording_priority")
                ],
            },
        ),
        migrations.CreateModel(
            name="Mailing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField(help_text="To the millisecond")),
                ("count", models.PositiveIntegerField()),
                (
                    "wording",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="mailings", to="messages.wording"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("wording", "started_at"), name="a_mailing_once")]
            },
        ),
        migrations.CreateModel(
            name="ContactPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=10)),
                (
                    "address",
                    todoke.kernel.sealed.SealedJSONField(
                        help_text="As the channel wants it: a number, or endpoint and keys of a device"
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(help_text="Keyed hash of the address, to know it again", max_length=64),
                ),
                (
                    "label",
                    models.CharField(
                        blank=True, help_text="By which the resident knows it: the end of a number", max_length=60
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "code_hash",
                    models.CharField(blank=True, help_text="Of the code that was sent there", max_length=64),
                ),
                ("code_tries", models.PositiveSmallIntegerField(default=0)),
                ("verified_at", models.DateTimeField(help_text="Since when it is used", null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_because",
                    models.CharField(blank=True, help_text="resident, replaced, or a failure", max_length=20),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_points",
                        to="people.resident",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("resident", "channel", "fingerprint"),
                        name="a_contact_point_once",
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "resident",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="preference",
                        serialize=False,
                        to="people.resident",
                    ),
                ),
                (
                    "channels",
                    models.JSONField(
                        default=list, help_text="Names, the first one first; others follow in the usual order"
                    ),
                ),
                ("quiet_from", models.TimeField(help_text="In Japan; emergencies come all the same", null=True)),
                ("quiet_to", models.TimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Allowance",
            fields=[
                ("channel", models.CharField(max_length=10, primary_key=True, serialize=False)),
                ("tokens", models.FloatField()),
                ("filled_at", models.DateTimeField()),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ASIDE), migrations.RunSQL(MESSAGES), migrations.RunSQL(DELIVERIES)],
            state_operations=[
                migrations.DeleteModel("Delivery"),
                migrations.DeleteModel("Message"),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        (
                            "id",
                            models.UUIDField(default=todoke.kernel.ids.new_id, primary_key=True, serialize=False),
                        ),
                        (
                            "resident",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="messages",
                                to="people.resident",
                            ),
                        ),
                        (
                            "wording",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="messages.wording",
                            ),
                        ),
                        (
                            "values",
                            models.TextField(
                                blank=True, db_default="", help_text="JSON: what fills the gaps of the wording"
                            ),
                        ),
                        ("language", models.CharField(max_length=10)),
                        (
                            "municipality_code",
                            models.CharField(
                                blank=True, db_default="", help_text="Where they were then", max_length=5
                            ),
                        ),
                        (
                            "sender",
                            models.CharField(
                                blank=True,
                                db_default="",
                                help_text="This and the rest: of words of its own",
                                max_length=120,
                            ),
                        ),
                        (
                            "about",
                            models.CharField(
                                blank=True,
                                db_default="",
                                help_text="kind:key of what it is about: case:<receipt number>",
                                max_length=80,
                            ),
                        ),
                        ("subject", models.CharField(blank=True, db_default="", max_length=200)),
                        ("body", models.TextField(blank=True, db_default="")),
                        ("created_at", models.DateTimeField()),
                        ("read_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("about", ""), _negated=True), fields=["about"], name="message_about"
                            ),
                        ]
                    },
                ),
                migrations.CreateModel(
                    name="Delivery",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "message_id", "channel", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "message",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deliveries",
                                to="messages.message",
                            ),
                        ),
                        (
                            "resident",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                help_text="Whose inbox; of the channel inbox alone",
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="people.resident",
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(help_text="inbox, email, push, sms, line, webhook", max_length=10),
                        ),
                        (
                            "state",
                            models.CharField(
                                default=todoke.exchange.messages.types.State["CREATED"], max_length=10
                            ),
                        ),
                        (
                            "failure",
                            models.CharField(
                                blank=True, db_default="", help_text="The last one that was met", max_length=20
                            ),
                        ),
                        ("priority", models.PositiveSmallIntegerField(default=2)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        (
                            "address",
                            models.CharField(
                                blank=True, db_default="", help_text="Of who has no row of their own", max_length=254
                            ),
                        ),
                        (
                            "contact",
                            models.BigIntegerField(help_text="The contact point that it went to", null=True),
                        ),
                        (
                            "provider_id",
                            models.CharField(
                                blank=True, db_default="", help_text="By which receipts name it", max_length=100
                            ),
                        ),
                        ("changed_at", models.DateTimeField()),
                        (
                            "next_attempt_at",
                            models.DateTimeField(
                                help_text="When to look again: to retry, or when sent, to try the next channel",
                                null=True,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("resident__isnull", False)),
                                fields=["resident", "-message"],
                                name="delivery_inbox",
                            ),
                            models.Index(
                                condition=models.Q(("next_attempt_at__isnull", False)),
                                fields=["next_attempt_at"],
                                name="delivery_due",
                            ),
                            models.Index(
                                condition=models.Q(("provider_id", ""), _negated=True),
                                fields=["provider_id"],
                                name="delivery_provider_id",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        ["created", "sending", "sent", "delivered", "read", "failed", "skipped"],
                                    )
                                ),
                                name="delivery_state",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "failure__in",
                                        [
                                            "",
                                            "unknown_address",
                                            "refused",
                                            "not_allowed",
                                            "too_many",
                                            "timeout",
                                            "provider_down",
                                            "unclear",
                                            "expired",
                                            "stopped",
                                            "channel_off",
                                        ],
                                    )
                                ),
                                name="delivery_failure",
                            ),
                        ],
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="Cause",
            fields=[
                ("key", models.CharField(max_length=120, primary_key=True, serialize=False)),
                (
                    "message",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cause",
                        to="messages.message",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("answer", models.CharField(max_length=10)),
                (
                    "needs",
                    todoke.kernel.sealed.SealedJSONField(
                        blank=True, default=str, help_text="In their words: insulin"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("via", models.CharField(help_text="link, inbox, sms, line, staff", max_length=10)),
                (
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replies",
                        to="messages.message",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["message", "-id"], name="reply_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["safe", "moving", "help"])), name="reply_answer"
                    )
                ],
            },
        ),
        migrations.RunSQL(REPLIES),
        migrations.RunPython(carry_over),
    ]

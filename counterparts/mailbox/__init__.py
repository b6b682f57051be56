"""A mail server that delivers to nobody: it keeps what it gets in a folder, and shows it on a page.

Start it::

    python -m counterparts.mailbox --smtp-port 8025 --port 8002 --folder mails

The first line on standard output is the page's address, the second is ``smtp HOST:PORT``.

=========================================  ====================================================================
/                                          newest first; ``?to=`` shows those to a recipient, ``?before=`` older ones
/messages/<id>                             one mail, as text only: nothing of it is rendered or fetched
/messages/<id>.eml                         the mail as it came
/messages.json                             ``?to=`` (exact address), ``?limit=`` (100): a list of {"id", "received_at",
                                           "from", "to", "subject", "message_id", "text"}, newest first
/health                                    200 when it serves
=========================================  ====================================================================

A mail is acknowledged to its sender when its file is in place; a restart keeps them.
"""

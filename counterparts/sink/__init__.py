"""Providers of text messages, LINE, Web Push and webhooks that carry to nobody: they keep what they get and show it.

Start it::

    python -m counterparts.sink --port 8003 --receipts http://localhost:8000/api/receipts/ --key KEY

The only line on standard output is its address.

=====================================  ========================================================================
POST /sms                              ``{"to", "text", "reference"}`` with Idempotency-Key → ``{"id", "status"}``
POST /v2/bot/message/push              as the Messaging API of LINE, X-Line-Retry-Key included
POST /push/<id>                        a push service: RFC 8030, with VAPID, decrypted with the subscription's keys
POST /subscriptions                    makes a subscription, as a browser would: ``{"endpoint", "keys"}``
POST /subscriptions/<id>/end           ends it: a push then answers 410
POST /webhook/<name>                   anything
/                                      newest first; ``?to=`` one address
/arrived.json                          ``?to=``, ``?limit=`` (100), newest first
/counts.json                           ``{"requests", "accepted", "copies", "receipts"}``
/keys.json                             idempotency keys that were accepted, with how often each had an effect
POST /behaviour                        how it behaves from now on, see ``behaviour.Behaviour``
POST /forget                           forget all that arrived
/health                                200 when it serves
=====================================  ========================================================================

A key has an effect once: a copy gets the first answer again. Receipts are sent in lists, signed like webhooks:
``Todoke-Signature: sha256=<HMAC of the body under the key>``.
"""

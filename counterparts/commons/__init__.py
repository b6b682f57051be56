"""Lアラート for demonstrations: it takes documents by SOAP, checks them, shows them, and gives them out.

Start it::

    python -m counterparts.commons --port 8005 --receiver http://localhost:8000/api/commons/ --token TOKEN

The only line on standard output is its address.

=========================  ====================================================================================
POST /publish              SOAP ``publish(message)``: a fault that says why, or ``publishResponse``
/                          what was taken, newest first, and what was refused
/documents/<number>.xml    one as it came
/documents.json            ``[{"number", "document_id", "revision", "category", "status", "sorts", "headline", …}]``
/counts.json               ``{"requests", "accepted", "copies", "refused"}``
POST /distribute           gives an EDXLDistribution (the body) out to the receiver, whoever wrote it
POST /documents/<n>/again  gives one that was taken out to the receiver, as every receiver gets it
POST /behaviour            ``{"delay": seconds, "status": 503, "fault": "Server", "answer": "text", "echo": true}``
POST /forget               forget all that arrived
/health                    200 when it serves
=========================  ====================================================================================

A document's revision is taken once: the same bytes again are a copy, others with its number are refused. A revision
that does not follow the one before it is refused.
"""

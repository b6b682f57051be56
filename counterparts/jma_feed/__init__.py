"""A server of telegrams as the JMA's: an Atom feed of what lies in a folder, and the telegrams themselves.

Start it::

    python -m counterparts.jma_feed --port 8004 --folder telegrams

The first line on standard output is its address.

============================  ===================================================================================
/feed/extra.xml               entries of the last ten minutes, newest first; ``If-Modified-Since`` is answered 304
/feed/extra_l.xml             all entries
/data/<name>.xml              one telegram
/requests.json                how often each address was asked for: ``{"/data/….xml": 1, …}``
/health                       200 when it serves
============================  ===================================================================================

A telegram appears in the feed when its file does; ``eqvol``, ``regular`` and ``other`` are served like ``extra``, from
the folder of that name in the folder where there is one.
"""

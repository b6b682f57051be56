"""No domain, no HTTP: what every room stands on."""

"""Open data: what everybody may take, in files, by the API and as catalogue; and municipalities' files, taken in."""

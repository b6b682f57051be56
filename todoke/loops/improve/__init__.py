"""From what was used and what each office reports to indicators, an evaluation, a public page and open data."""

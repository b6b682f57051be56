"""The staff's pages of 検証: the yearly round, its reports and evaluation, meetings, teams, figures."""

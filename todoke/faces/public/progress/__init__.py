"""How far the prefecture's policy is, for everybody: released figures and nothing else."""

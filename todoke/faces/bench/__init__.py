"""What is measured: each benchmark gives its figures beside a baseline from the same run."""

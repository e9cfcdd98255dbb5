"""Several servers on one port: how many, what each does, and who looks after them."""

"""What takes long: each file is one soak, prints a table and says whether all is as it must be."""

"""What is on file of persons: handed out, corrected and erased on request."""

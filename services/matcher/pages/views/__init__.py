"""What templates show: plain values with names, made from answers."""

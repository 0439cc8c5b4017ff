"""What calls use, what that costs, and whether it can be paid."""

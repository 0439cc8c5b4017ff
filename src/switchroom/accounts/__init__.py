"""Who may do what: tenants, users, logins, tokens."""

"""How what is written is said: numbers, dates, times, money, addresses and codes as words."""

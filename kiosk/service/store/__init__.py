"""The database: engines and transactions, tables, and one module of queries for each aggregate."""

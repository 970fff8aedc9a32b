"""The API's doors to the statements room: files in, statements and ledger entries out."""

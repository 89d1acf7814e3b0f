"""What a valid record is: from the schema, the standard-object rules and the validation rules."""

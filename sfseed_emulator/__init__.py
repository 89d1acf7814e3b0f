"""A local emulator of the Salesforce APIs: one org's state behind HTTP, as strict as Salesforce."""

"""Events told to tenants' own servers, after the Standard Webhooks convention."""

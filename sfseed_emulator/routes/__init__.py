"""The HTTP surface: each module exports ROUTES; `registry` joins them."""

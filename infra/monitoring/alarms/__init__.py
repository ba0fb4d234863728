"""The alarms: their rules, periods and the component that declares them."""

-- Loaded by the controller and not used in the lab.
return {}

-- Whoever writes when secrets were last used needs to see nothing of their values.
GRANT SELECT (tenant_id, name, last_used_at), UPDATE (last_used_at) ON secrets TO tausestack_platform;

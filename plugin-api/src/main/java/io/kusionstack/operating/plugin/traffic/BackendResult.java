package io.kusionstack.operating.plugin.traffic;

/** How far one change is. */
public record BackendResult(Backend backend, Progress progress) {}

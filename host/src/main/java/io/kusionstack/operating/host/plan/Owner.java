package io.kusionstack.operating.host.plan;

/** An owner reference. */
public record Owner(String apiVersion, String kind, String name, String uid, boolean controller) {}

package io.kusionstack.operating.plugins.slb;

import io.kusionstack.operating.plugin.traffic.Backend;

/** A server to write, and the backend it is written for. */
record Item(Backend backend, Server server) {}

/**
 * Configuration: {@link io.kusionstack.operating.host.config.ConfigLoader} reads the host's file into a
 * {@link io.kusionstack.operating.host.config.HostConfig}; {@link io.kusionstack.operating.host.config.ConfigBinder} binds
 * any tree to any record, those of plugins, too. Both report all problems at once. The only room that reads environment
 * variables. Any thread may enter; nothing is kept.
 */
@NullMarked
package io.kusionstack.operating.host.config;

import org.jspecify.annotations.NullMarked;

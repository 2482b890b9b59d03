/**
 * What the user configured: {@link io.kusionstack.operating.host.config.ConfigLoader} reads the file and names every
 * problem at once, {@link io.kusionstack.operating.host.config.HostConfig} is the result. The only room that reads
 * environment variables. Any thread may enter; nothing is kept.
 */
@NullMarked
package io.kusionstack.operating.host.config;

import org.jspecify.annotations.NullMarked;

/**
 * The testbed as a command: {@link io.kusionstack.operating.testbed.cli.Testbed} is the door, started by {@code ./dev}.
 *
 * <p>What a command answers goes to standard output, everything else to standard error.
 */
@NullMarked
package io.kusionstack.operating.testbed.cli;

import org.jspecify.annotations.NullMarked;

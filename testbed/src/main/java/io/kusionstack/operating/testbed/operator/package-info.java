/**
 * The operator from outside: its CustomResourceDefinitions and its packaged distribution as a process beside a control
 * plane. {@link io.kusionstack.operating.testbed.operator.HostProcess} is the door; nothing here knows a class of the host.
 */
@NullMarked
package io.kusionstack.operating.testbed.operator;

import org.jspecify.annotations.NullMarked;

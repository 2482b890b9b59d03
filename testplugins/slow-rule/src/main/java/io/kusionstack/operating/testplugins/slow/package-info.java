/**
 * A rule that lets every Pod pass, but not soon. {@link io.kusionstack.operating.testplugins.slow.SlowProvider} is the
 * extension.
 */
@NullMarked
package io.kusionstack.operating.testplugins.slow;

import org.jspecify.annotations.NullMarked;

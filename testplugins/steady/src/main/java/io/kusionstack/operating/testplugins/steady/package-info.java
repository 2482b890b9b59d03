/** A plugin that does what it promises. */
@NullMarked
package io.kusionstack.operating.testplugins.steady;

import org.jspecify.annotations.NullMarked;

/** A plugin whose calls never return unless they are interrupted. */
@NullMarked
package io.kusionstack.operating.testplugins.hangs;

import org.jspecify.annotations.NullMarked;

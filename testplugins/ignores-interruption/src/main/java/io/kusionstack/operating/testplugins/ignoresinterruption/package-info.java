/** A plugin whose calls nothing ends. */
@NullMarked
package io.kusionstack.operating.testplugins.ignoresinterruption;

import org.jspecify.annotations.NullMarked;

/** A plugin that works, and leaves a thread behind. */
@NullMarked
package io.kusionstack.operating.testplugins.leaksthread;

import org.jspecify.annotations.NullMarked;

/** A plugin that answers what it must not. */
@NullMarked
package io.kusionstack.operating.testplugins.wronganswers;

import org.jspecify.annotations.NullMarked;

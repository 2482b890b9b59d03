/** A plugin whose calls end with Errors. */
@NullMarked
package io.kusionstack.operating.testplugins.throwserrors;

import org.jspecify.annotations.NullMarked;

package io.kusionstack.operating.host.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a key of the configuration may hold beyond its type. Bounds and patterns of a list, map or Optional are those of its values. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface ConfigKey {
    /** The value where the key is absent, as a user would write it; without one the key must be there. */
    String absent() default "";

    /** The least number or time. */
    String min() default "";

    /** The greatest number or time. */
    String max() default "";

    /** A regular expression for texts. */
    String pattern() default "";

    /** Says what is allowed, in place of the sentence about the type: {@code it has to be ...}. */
    String message() default "";

    int minItems() default 0;

    boolean uniqueItems() default false;
}

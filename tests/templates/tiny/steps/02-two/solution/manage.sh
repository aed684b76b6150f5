#!/bin/sh
echo solution two
